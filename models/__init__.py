"""The bundled models; see MODEL_CARD.md."""
