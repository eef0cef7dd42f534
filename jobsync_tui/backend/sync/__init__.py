"""Where the rooms meet: refresh, plan, pipeline, bulk, undo, adopt and recovery."""
