"""Addresses of the quarter's pages, one module of views each."""

from scorecards.views import editions, methodology, ranking, scorecard

urlpatterns = [
    *ranking.urlpatterns,
    *scorecard.urlpatterns,
    *editions.urlpatterns,
    *methodology.urlpatterns,
]
