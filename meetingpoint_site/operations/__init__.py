"""What the person looks at who runs the site: health, counts, the doctor, backups."""
