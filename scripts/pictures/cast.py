"""The people of the pictures: how each looks and what is behind them, as `drawn_camera.js` draws it."""

import json
from pathlib import Path
from typing import Any, Final

CAST: Final[dict[str, dict[str, Any]]] = {
    "Olga": {
        "wall": ["#3f6f64", "#27493f"],
        "things": [["shelf", 22, 92], ["plant", 556, 300]],
        "at": 0.5,
        "skin": ["#f3c6a5", "#dfa580"],
        "hair": {"style": "bun", "dark": "#4a2f27", "light": "#7a5342"},
        "clothes": ["#e0715a", "#c4533f"],
        "eyes": "#3c5a4c",
        "lips": "#a5453c",
        "glasses": "#2b2622",
    },
    "Max": {
        "wall": ["#5b7696", "#31455f"],
        "things": [["window", 470, 36], ["shelf", 30, 110, 1]],
        "at": 0.45,
        "skin": ["#f6d0b1", "#e2ab87"],
        "hair": {"style": "short", "dark": "#a8602c", "light": "#d9975a", "beard": True},
        "clothes": ["#2f5f7d", "#234a63"],
        "collar": "#dfe9ee",
        "eyes": "#375a78",
        "lips": "#8f4036",
        "talks": True,
    },
    "Imani": {
        "wall": ["#8c6148", "#5c3d2e"],
        "things": [["lamp", 92, 108], ["frame", 500, 50, "#d98b5f"]],
        "at": 0.53,
        "skin": ["#9a6544", "#7a4a30"],
        "hair": {"style": "curls", "dark": "#241815", "light": "#3d2b25"},
        "clothes": ["#f0c24a", "#d9a32f"],
        "eyes": "#2a1b14",
        "lips": "#6f2d2d",
        "earrings": "#f4d98a",
    },
    "Kenji": {
        "wall": ["#6f6391", "#453c63"],
        "things": [["frame", 60, 56, "#7fb0c9"], ["frame", 150, 56, "#e0a458"], ["plant", 540, 290]],
        "at": 0.5,
        "skin": ["#efc79d", "#d9a878"],
        "hair": {"style": "short", "dark": "#1c1d22", "light": "#41444f"},
        "clothes": ["#4f9a72", "#3a7a58"],
        "eyes": "#231a14",
        "lips": "#8f4038",
    },
    "Ada": {
        "wall": ["#c9a98a", "#94745c"],
        "things": [["plant", 40, 300], ["frame", 214, 48, "#5f8fa8"]],
        "at": 0.5,
        "upright": True,
        "skin": ["#f1c9ad", "#dca886"],
        "hair": {"style": "long", "dark": "#6b3b24", "light": "#a8683f"},
        "clothes": ["#5b6fb0", "#44568f"],
        "eyes": "#4a3b2a",
        "lips": "#a8483f",
    },
}


def camera_of(name: str) -> str:
    """Return the script that makes this person the camera of a page."""
    script = Path(__file__).with_name("drawn_camera.js").read_text()
    return script.replace("LOOK", json.dumps(CAST[name]))
