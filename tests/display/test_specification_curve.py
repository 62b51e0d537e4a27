"""The specification curve: nothing that is written leaves the figure."""

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from pkstats.display.specification_curve import draw_curve

TABLE = pd.DataFrame(
    {
        "main": [True, False, False],
        "controls": ["all", "none", "without conflict"],
        "estimate": [0.1, 0.2, -0.1],
        "conf_low": [-0.3, -0.2, -0.5],
        "conf_high": [0.5, 0.6, 0.3],
        "status": "identified",
    }
)


@pytest.mark.parametrize("width", [7.4, 4.1])
@pytest.mark.parametrize("scale", ["rate ratio", "ratio of shares per supporting element"])
def test_the_label_beside_the_estimates_stays_inside(width, scale):
    figure = draw_curve(TABLE, choices=("controls",), scale=scale, width=width)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    label = figure.axes[0].yaxis.label
    assert label.get_text().replace("\n", " ") == f"{scale} (log axis)"
    box, whole = label.get_window_extent(canvas.get_renderer()), figure.bbox
    assert box.y0 >= 0 and box.y1 <= whole.y1
    assert box.x0 >= 0
