"""What ODK Collect sends: kept as it came, then read, checked and made a household."""
