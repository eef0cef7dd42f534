"""What lives as long as a session does, whatever screen is shown: runs of refreshes and syncs, news of them, notices, marks, memory.

Screens put things here and are told of changes by messages; nothing here knows a screen. It may import the backend's services and core.
"""
