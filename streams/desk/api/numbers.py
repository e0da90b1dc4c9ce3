"""The numbers of the overview over the API."""

from starlette.requests import Request
from starlette.responses import Response

from streams.desk.api.caller import caller
from streams.desk.api.speech import answer, number
from streams.desk.desk import desk_of


async def get_numbers(request: Request) -> Response:
    await caller(request)
    desk = desk_of(request)
    return answer(await desk.inbox.numbers(desk.clock(), number(request, "days", 14, most=366)))
