"""What runs when, and where: Prefect flows and the command line."""
