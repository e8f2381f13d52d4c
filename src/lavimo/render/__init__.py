"""Motion to pictures, films and pages."""
