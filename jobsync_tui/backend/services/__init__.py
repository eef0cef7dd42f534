"""What screens and commands call. Every public method of a service admits its actor before it does anything."""
