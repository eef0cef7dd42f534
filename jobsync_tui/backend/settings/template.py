"""The configuration file that ``jobsync init`` writes: valid as it stands, every key explained, everything optional commented out."""

from __future__ import annotations

_TEMPLATE = """\
# The configuration of jobsync. This file holds no secrets: it says where they are, as
#   { env = "NAME" }       an environment variable,
#   { file = "PATH" }      a file of one line, mode 0600, owned by the account that runs jobsync, or
#   { keyring = "NAME" }   an entry of the system's keyring (install jobsync-tui[keyring]).
# Others must not be able to write this file. Check it with: jobsync integrations

[organization]
name = "Your organization"

[storage]
url = "sqlite"                  # in the data directory (jobsync paths), or "sqlite:///var/lib/jobsync/jobsync.db",
                                # or "postgresql://user@host/database" (install jobsync-tui[team])

[target]
kind = "local"                  # "local" keeps the jobs in a file of its own; "tenzo" writes them to Tenzo
# base_url = "https://api.tenzo.ai"
# api_key = { env = "TENZO_API_KEY" }
# wire = { jobs_path = "/v1/jobs" }       # where an installation's paths or fields have other names: docs/target-api.yaml

[sync]
required_fields = ["name"]      # a job without these is not synced
every = "5m"                    # time between two runs of the automatic sync
full_every = "24h"              # where an ATS does not say what it deleted, everything is listed so often, at night if possible
concurrency = 4                 # requests to one ATS at the same time, at most 29
settle_after = "20s"            # the longest time in which a write without an answer may still land
when_closed = "leave"           # "close" sets the status, and nothing else, of jobs synced before that close or vanish in their ATS
most_changes = 200              # jobs that the automatic sync may write because rules changed, before it asks a person

# [notify]                      # failures of the automatic sync, one message for all that is new; docs/deployment.md has the details
# webhook = "https://hooks.example.com/jobsync"     # or { env = "NAME" } and so on, where whoever knows the address may post there
# secret = { env = "JOBSYNC_WEBHOOK_SECRET" }       # signs each post
# command = ["/usr/local/bin/page", "--quiet"]      # gets the message as JSON on its standard input; no shell, an empty environment
# timeout = "30s"               # how long the command may take
# every = "15m"                 # at most one message in that time
# daily = "08:00"               # and one a day at that local time: what happened, why syncs failed, what waits (docs/day.md)

# [audit]
# key = { file = "audit.key" }  # chains the record of who did what by a secret of 16 characters or more: docs/security.md says what from

# [wire]
# keep = "14d"                  # how long the requests and answers of a sync can be looked at (jobsync wire); "off" keeps none

# [rules]
# confirm_above = 100             # saving rules whose change concerns more cached jobs asks for their number to be typed

# [network]
# proxy = "http://proxy.example:3128"     # the environment's proxy settings are not used
# ca_bundle = "/etc/ssl/company.pem"      # added to the system's

# [session]
# idle = "30m"                  # ends the application after this long without a key; for --as this is the default, else there is none

# [terminal]
# mouse = true                  # false leaves the mouse to the terminal: text is selected as everywhere else
# theme = "light"               # or "dark", "high-contrast", "sixteen" (the terminal's own colours); the palette tries them

# [keys]                        # keys of your own: docs/keys.md has the names of the commands
# jobs.sync = "S"
# jobs.refresh = "r f5"

# [settings]
# default_generation_template = "General screen"   # where rules matched and none assigns a template

# [[settings.required]]         # wins over every rule
# name = "ai_caller_name"
# value = "Morgan"

# [[settings.default]]          # loses to every rule
# name = "language"
# value = "Multilingual"

# Who may use jobsync, by account name. Without such a table only the owner of this file may.
#
# [[admins]]
# user = "alice"
# integrations = ["*"]          # or a list of ids

# One table for each connection to an ATS. The id becomes part of what the target knows a job by: keep it.
#
# provider           credentials
# kombo              api_key, integration_id
# merge              api_key, account_token
# crelate            api_key
# greenhouse         client_id, client_secret, user_id           (and token_url beside base_url, if it differs)
# lever              api_key
# ashby              api_key
# bullhorn           username, password, client_id, client_secret
# recruitcrm         api_key
# workable           api_key                                     (base_url = "https://SUBDOMAIN.workable.com/spi/v3")
# smartrecruiters    api_key
# teamtailor         api_key
# recruitee          api_key, company_id
# file               none: path = "export.csv", and a table columns if its headings are not ours
#
# [[integrations]]
# id = "greenhouse"
# name = "Greenhouse"
# provider = "greenhouse"
# credentials = { client_id = { env = "GH_ID" }, client_secret = { env = "GH_SECRET" }, user_id = "12345" }
# automatic = true              # false: its jobs are synced by hand only
# when_closed = "close"         # for this ATS alone, otherwise as in [sync]
# read_only = false             # true: jobs can be looked at and checked, never synced
"""


def config_template() -> str:
    """Return the text of a new configuration file."""
    return _TEMPLATE
