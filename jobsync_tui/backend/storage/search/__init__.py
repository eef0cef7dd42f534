"""From the filter language to the cached jobs that match, quickly at a million: parser, conditions, and how a query is answered.

Text as a person types it comes in, and keys of jobs go out, in the order that was asked for. It imports the database, the tables of jobs
and core.
"""
