from django.urls import path

from scorecards import api

urlpatterns = [
    path("rankings/", api.EditionsView.as_view(), name="api_rankings"),
    path("rankings/<str:label>/", api.RankingView.as_view(), name="api_ranking"),
    path("rankings/<str:label>/compute/", api.ComputeView.as_view(), name="api_ranking_compute"),
    path("rankings/<str:label>/lock/", api.LockView.as_view(), name="api_ranking_lock"),
    path("rankings/<str:label>/publish/", api.PublishView.as_view(), name="api_ranking_publish"),
    path("scorecards/<str:label>/<str:supplier>/", api.ScorecardView.as_view(), name="api_scorecard"),
    path("spe/<str:label>/", api.SpeView.as_view(), name="api_spe"),
]
