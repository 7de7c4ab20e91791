"""Planning groups that share agents: the cheapest mix of skill profiles, judged with contacts routed by skill."""
