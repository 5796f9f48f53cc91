"""Where the landmarks of a stored face lie: a property of the store's images.

The template is our choice: the proportions of the mean face to which ArcFace aligns
(https://arxiv.org/abs/1801.07698), made symmetric, with a margin around it because brows, cheeks
and chin carry expression.
"""

from typing import Final

# Left eye, right eye, nose, left and right mouth corner, in a crop of side 1 without margin.
TEMPLATE_XY: Final = (
    (0.343, 0.461),
    (0.657, 0.461),
    (0.500, 0.640),
    (0.370, 0.824),
    (0.630, 0.824),
)
