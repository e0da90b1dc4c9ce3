"""How the encoder is made: base weights, vocabulary, training, export, card; one command per step."""
