from rest_framework.pagination import LimitOffsetPagination


class Pages(LimitOffsetPagination):
    """`limit` (at most 500) and `offset`; the answer tells count, next and previous."""

    default_limit = 100
    max_limit = 500
