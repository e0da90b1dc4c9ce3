"""How the bundled model was made: public sets and labels walk in, a model folder with its card walks out."""
