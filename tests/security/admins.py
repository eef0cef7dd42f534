"""The configuration of a service for two admins of one integration each, and one of both."""

from __future__ import annotations

CONFIG = """
[storage]
url = "sqlite:///{folder}/jobsync.db"

[[integrations]]
id = "hers"
name = "Her Clinic"
provider = "file"
path = "hers.csv"

[[integrations]]
id = "his"
name = "His Factory"
provider = "file"
path = "his.csv"

[[admins]]
user = "alice"
integrations = ["hers"]

[[admins]]
user = "bob"
integrations = ["his"]

[[admins]]
user = "eve"
integrations = ["*"]
"""
