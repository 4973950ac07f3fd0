"""The doors of catalog for people."""


class PageDoors:
    pass
