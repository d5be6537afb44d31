"""The pages of the quarter: ranking, scorecard, editions, methodology. They ask, call and render; rules live below."""
