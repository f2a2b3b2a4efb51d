"""Wake the worker after a request has committed a job."""

from flask import after_this_request
from flask.wrappers import Response

from jps.worker import the_worker, this_app


def wake_worker() -> None:
    """Send the wake-up when this request's answer is below 400, so after its commit."""

    @after_this_request
    def send(answer: Response) -> Response:
        if answer.status_code < 400:
            the_worker(this_app()).wake()
        return answer


def hurry_worker() -> None:
    """Let what was received be looked at as soon as this request's answer is on its way."""

    @after_this_request
    def send(answer: Response) -> Response:
        if answer.status_code < 400:
            the_worker(this_app()).hurry()
        return answer
