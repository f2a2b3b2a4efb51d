"""The command line: `flask --app wsgi ...`. `register` names every group."""

from importlib import import_module

from click import Command
from flask import Flask

# Module and the name of its command or group.
COMMANDS = (
    ("jps.commands.serve", "serve"),
    ("jps.commands.worker", "worker"),
    ("jps.commands.doctor", "doctor"),
    ("jps.commands.backup", "backup"),
    ("jps.commands.users", "users_cli"),
    ("jps.commands.audit", "audit_cli"),
    ("jps.commands.areas", "areas_cli"),
    ("jps.commands.assess", "assess"),
    ("jps.commands.models", "models_cli"),
    ("jps.commands.sample", "sample_cli"),
    ("jps.commands.registry", "registry_cli"),
    ("jps.commands.intake", "intake_cli"),
    ("jps.commands.match", "match"),
    ("jps.commands.export", "export_cli"),
    ("jps.commands.lists", "lists_cli"),
    ("jps.commands.decrees", "decrees_cli"),
    ("jps.commands.programmes", "programmes_cli"),
    ("jps.commands.deciles", "deciles_cli"),
    ("jps.commands.demo", "demo"),
)


def register(app: Flask) -> None:
    """Add every command to `app`."""
    for module, name in COMMANDS:
        command: Command = getattr(import_module(module), name)
        app.cli.add_command(command)
