from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import flask
from flask import Flask
from marshmallow import Schema

P = ParamSpec("P")
R = TypeVar("R")

class Spec:
    components: Any
    def to_dict(self) -> dict[str, Any]: ...

class Api:
    spec: Spec
    def __init__(self, app: Flask | None = ..., *, spec_kwargs: dict[str, Any] = ...) -> None: ...
    def register_blueprint(self, blp: Blueprint) -> None: ...
    def _register_error_handlers(self) -> None: ...

class Blueprint(flask.Blueprint):
    def __init__(self, *args: Any, description: str = ..., **kwargs: Any) -> None: ...
    def arguments(
        self, schema: type[Schema], *, location: str = ..., required: bool = ...
    ) -> Callable[[Callable[..., R]], Callable[..., R]]: ...
    def response(
        self,
        status_code: int,
        schema: type[Schema] | None = ...,
        *,
        description: str = ...,
        headers: dict[str, Any] = ...,
    ) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
    def alt_response(
        self, status_code: int, *, schema: type[Schema] | None = ..., description: str = ...
    ) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
    @staticmethod
    def doc(**kwargs: Any) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
