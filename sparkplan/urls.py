"""Addresses of Spark Action, under /spark/."""

from django.urls import path

from sparkplan import views

urlpatterns = [
    path("", views.portfolio, name="spark"),
    path("projects/new/", views.project_new, name="project_new"),
    path("projects/<int:pk>/", views.project_detail, name="project_detail"),
    path("projects/<int:pk>/edit/", views.project_edit, name="project_edit"),
    path("projects/<int:pk>/move/", views.project_move, name="project_move"),
    path("projects/<int:pk>/savings/", views.project_saving, name="project_saving"),
    path("projects/<int:pk>/plan/", views.project_plan, name="project_plan"),
    path("projects/<int:pk>/verify/", views.project_verify, name="project_verify"),
    path("projects/<int:pk>/remove/", views.project_remove, name="project_remove"),
]
