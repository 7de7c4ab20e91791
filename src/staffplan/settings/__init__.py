"""What a user may decide: plan.toml to frozen settings, one file a section."""
