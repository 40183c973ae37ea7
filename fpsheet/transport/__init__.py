"""Transport: signed and encrypted packages from a kommune to the departement, and the inbox."""
