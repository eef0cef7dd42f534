"""The one way out: requests with deadlines, retries, rate limits, caps and errors a person can act on.

Importing this costs no HTTP library; that is loaded with the first request.
"""

from ..waits import OnWait, announcing
from .address import Params, segment
from .auth import Auth, BasicAuth, FetchToken, HeaderAuth, Token, TokenAuth, basic
from .decode import decode_json, decode_loosely, too_deep
from .encode import encode_json
from .error_words import error_words
from .excerpt import excerpt
from .fit import Fitting, Misfit, guess_of, holds_out_of_range
from .gate import Priority, as_person
from .json_fault import json_fault
from .limits import Limits
from .meaning import error_of, said
from .messages import Reply, Request, Responder
from .network import Network
from .rate import RateHeaders, Reset
from .session import Explain, HttpSession
from .timing import Timing

__all__ = [
    "Auth",
    "BasicAuth",
    "Explain",
    "FetchToken",
    "Fitting",
    "HeaderAuth",
    "HttpSession",
    "Limits",
    "Misfit",
    "Network",
    "OnWait",
    "Params",
    "Priority",
    "RateHeaders",
    "Reply",
    "Request",
    "Reset",
    "Responder",
    "Timing",
    "Token",
    "TokenAuth",
    "announcing",
    "as_person",
    "basic",
    "decode_json",
    "decode_loosely",
    "encode_json",
    "error_of",
    "error_words",
    "excerpt",
    "guess_of",
    "holds_out_of_range",
    "json_fault",
    "said",
    "segment",
    "too_deep",
]
