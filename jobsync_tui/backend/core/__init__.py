"""What every room uses: the models that cross borders, the errors by who can mend them, clean text, time, ids, and whose a file is.

Values come in and go out, and nothing is kept. It imports no other room.
"""
