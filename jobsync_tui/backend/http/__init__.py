"""The one way out: requests with deadlines, retries, rate limits, caps and errors a person can act on.

Importing this costs no HTTP library; that is loaded with the first request.
"""

from ..core.waits import OnWait, announcing
from .address import Params, segment
from .auth import Auth, BasicAuth, FetchToken, HeaderAuth, Token, TokenAuth, basic
from .decode import decode_json, decode_loosely, encode_json, too_deep
from .error_words import error_words
from .excerpt import excerpt
from .fit import Fitting, Misfit, guess_of, holds_out_of_range
from .json_fault import json_fault
from .messages import Reply, Request, Responder
from .network import Limits, Network
from .pauses import Timing
from .rate_limit import Priority, RateHeaders, Reset, as_person
from .session import Explain, HttpSession
from .status_errors import error_of, said

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
