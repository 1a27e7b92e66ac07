"""Every reason of the ledger and every quality flag, with its meaning."""

from tasks.fetch.model import Reason as Fault
from tasks.process.metadata.flags import METADATA_FLAGS
from tasks.process.terms import FAILURE_REASONS, REJECTION_REASONS
from tasks.process.terms import QUALITY_FLAGS as PROCESS_FLAGS
from tasks.read.reasons import Reason

WORKER_REASONS = {
    "timeout": "The document took longer than process.page_seconds; its worker was replaced.",
    "worker_died": "The document killed its worker process twice.",
}

DUPLICATE_REASONS = {
    "same_bytes": "The same article with the very same bytes is in the warehouse.",
    "same_text": "The same article with the same text is in the warehouse.",
}

# Of a document that fetching or reprocessing brings again.
AGAIN_REASONS = {
    "revisit": "The address still or again had what was captured before; rejected if that is "
    "not here.",
    "same_result": "The present extractor gives what the stored version has.",
    "outdated_version": "The bytes are those of a version that the publisher has replaced.",
}

FETCH_REASONS = {
    Fault.BAD_URL: "It is no web address.",
    Fault.SCHEME: "Only http and https are asked.",
    Fault.USERINFO: "The address holds a user's name or password.",
    Fault.PRIVATE_ADDRESS: "The host is in a private network, or one of its addresses is.",
    Fault.OUTSIDE: "A list of archives names a file that does not lie below the list's folder.",
    Fault.ROBOTS: "robots.txt disallows it.",
    Fault.TDM_RESERVED: "Mining is reserved, and the setting fetch.obey_tdm obeys that.",
    Fault.GONE: "404 or 410: there is no such page.",
    Fault.HTTP_STATUS: "The server answered with another status than 200.",
    Fault.TOO_LARGE: "The body is larger than a page may be.",
    Fault.BOMB: "The body grows too much when it is decompressed.",
    Fault.BAD_ENCODING: "The body is not in the encoding that its header names.",
    Fault.BAD_RESPONSE: "The answer is no HTTP, or makes no sense.",
    Fault.REDIRECT_LOOP: "Redirects lead back to where they began.",
    Fault.TOO_MANY_REDIRECTS: "More redirects than fetch.redirects.",
    Fault.BAD_REDIRECT: "A redirect leads to no address.",
    Fault.BROKEN_LIST: "A feed or sitemap that lists nothing, for its form is broken.",
    Fault.INTERNAL_ERROR: "A defect of Broadsheet: please report it.",
    Fault.DNS: "The host's name could not be resolved.",
    Fault.CONNECT: "No connection to the host.",
    Fault.TLS: "The host's certificate cannot be trusted, or TLS failed.",
    Fault.RESET: "The connection was closed before the answer was whole.",
    Fault.TRUNCATED: "The body is shorter than its header says.",
    Fault.TIMEOUT: "The server took too long.",
    Fault.SERVER_ERROR: "The server answered with 5xx.",
    Fault.RATE_LIMITED: "429: the server asks for patience.",
    Fault.ROBOTS_UNREACHABLE: "robots.txt could not be had, so nothing may be asked.",
    Fault.HOST_GIVEN_UP: "The host failed too often tonight.",
    Fault.LONG_DELAY: "The host wants pauses longer than the setting `fetch.longest_delay`.",
    Fault.NIGHT_OVER: "The night's time was over.",
}

VERDICTS = {
    "new": "It was not known and is to be fetched.",
    "changed": "The list says that it changed since it was fetched.",
    "retry": "It failed in an earlier night for a passing reason, or robots.txt disallowed it.",
    "revisit": "It is due to be looked at again (fetch.revisit_days).",
    "known": "It is known, and nothing is due.",
    "given_up": "It failed for good, or too often.",
    "twin": "Another list has it, too, which counts.",
    "excluded": "The source's include and exclude leave it out.",
    "over_limit": "There were too many; it waits for the next night.",
    "put_off": "It is known and was due again; there were too many, and it waits.",
}

REASONS = {
    **{str(reason): reason.meaning for reason in Reason},
    **REJECTION_REASONS,
    **FAILURE_REASONS,
    **WORKER_REASONS,
    **DUPLICATE_REASONS,
    **AGAIN_REASONS,
}

QUALITY_FLAGS = {**PROCESS_FLAGS, **METADATA_FLAGS}
