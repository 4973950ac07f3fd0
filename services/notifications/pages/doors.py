"""The doors of notifications for people."""


class PageDoors:
    pass
