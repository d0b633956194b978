"""Slopes of fields between voxels."""

from numba.extending import register_jitable


@register_jitable
def slope(low, high, apart):
    """Difference of two values per distance `apart`; 0 where there is one voxel only (apart = 0)."""
    return (high - low) / apart if apart > 0.0 else 0.0
