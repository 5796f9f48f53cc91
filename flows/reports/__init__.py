"""Reports for a person: one file of HTML each, with its pictures inside, that asks no network."""
