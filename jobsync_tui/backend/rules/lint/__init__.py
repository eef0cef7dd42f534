"""What is wrong with rules: whatever the jobs are (`static`), and seen from the jobs there are (`on_data`).

Rules and a batch of jobs come in, and findings with a witness or the reason go out. It imports the rest of the rules and core.
"""
