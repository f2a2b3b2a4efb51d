"""How poor: score models, and the scores of households with their inputs."""
