"""Public and own posts with a known language walk in; how often each way of telling the language is right walks out."""
