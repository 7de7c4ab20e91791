"""The typed tables that flow between the steps, each checked when it is made."""
