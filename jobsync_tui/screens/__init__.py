"""The screens and dialogs of the terminal application, by what they are about.

A screen takes the model it shows, asks the backend's services for more, and tells the application what was chosen. It may import widgets,
documents, the editor and the services; screens open each other by a route, never by class.
"""
