"""Addresses of Spark Action's API, under /api/v1/."""

from django.urls import path

from sparkplan import api

urlpatterns = [
    path("projects/", api.ProjectsView.as_view(), name="api_projects"),
    path("projects/summary/", api.SummaryView.as_view(), name="api_projects_summary"),
    path("projects/<int:id>/", api.ProjectView.as_view(), name="api_project"),
    path("projects/<int:id>/stages/", api.StagesView.as_view(), name="api_project_stages"),
    path("projects/<int:id>/savings/", api.SavingsView.as_view(), name="api_project_savings"),
    path("projects/<int:id>/plan/", api.PlanView.as_view(), name="api_project_plan"),
    path("projects/<int:id>/verify/", api.VerifyView.as_view(), name="api_project_verify"),
]
