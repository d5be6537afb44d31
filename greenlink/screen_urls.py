from django.urls import path

from greenlink import screen

urlpatterns = [
    path("", screen.page, name="screen"),
    path("data/", screen.data, name="screen_data"),
]
