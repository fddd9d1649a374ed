"""The limiter for many machines: figures kept in common, counted in Redis."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from icontact.auth import Private
from icontact.errors import ConfigError, LimitUnavailable
from icontact.limits.fixed import FixedLimiter, Ledger
from icontact.limits.windows import SLOTS, Counts, figures_of, windows_for

if TYPE_CHECKING:
    import redis

_SECONDS_WITHOUT_ANSWER: Final = 30.0
_OTHER_FIGURES: Final = -1

#: Settles, counts and answers in one step, while no other script runs. The windows are those of
#: `windows`: what a request needs is compared here, how long to wait is calculated there.
#:
#: KEYS[1]: a hash; its field "figures" says what it was made for, "per_minute:42" what was counted
#: in slot 42. ARGV: cost (0 only asks), cost of those before, figures, milliseconds to live, then
#: for each window its name, the microseconds of a slot, the figure. Answers -1 and other figures,
#: or whether the request was counted, the time in seconds and microseconds, and for each window the
#: number of its slots, and slot and count of each.
_SCRIPT: Final = """
local key, cost, ahead = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local counts, figures = {}, nil
local fields = redis.call('HGETALL', key)
for i = 1, #fields, 2 do
  local name, slot = string.match(fields[i], '^(.*):(-?%d+)$')
  if name then
    counts[name] = counts[name] or {}
    counts[name][tonumber(slot)] = tonumber(fields[i + 1])
  else
    figures = fields[i + 1]
  end
end
if figures and figures ~= ARGV[3] then
  return {-1, figures}
end
local granted = cost > 0
local answer = {0, tonumber(time[1]), tonumber(time[2])}
local present = {}
for i = 5, #ARGV, 3 do
  local name, length, figure = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  local slot = (now - now % length) / length
  local kept, sum = {}, 0
  present[name] = slot
  for at, count in pairs(counts[name] or {}) do
    if at < slot - SLOTS or at > slot then
      redis.call('HDEL', key, name .. ':' .. string.format('%.0f', at))
    end
    if at > slot then
      -- Counted before the clock was set back.
      kept[slot] = (kept[slot] or 0) + count
      redis.call('HINCRBY', key, name .. ':' .. string.format('%.0f', slot), count)
    elseif at >= slot - SLOTS then
      kept[at] = (kept[at] or 0) + count
    end
  end
  local size = #answer + 1
  answer[size] = 0
  for at, count in pairs(kept) do
    sum = sum + count
    answer[size] = answer[size] + 1
    answer[#answer + 1] = at
    answer[#answer + 1] = count
  end
  if sum + ahead + cost > figure then
    granted = false
  end
end
if granted then
  for name, slot in pairs(present) do
    redis.call('HINCRBY', key, name .. ':' .. string.format('%.0f', slot), cost)
  end
  answer = {1, answer[2], answer[3]}
end
redis.call('HSET', key, 'figures', ARGV[3])
redis.call('PEXPIRE', key, ARGV[4])
return answer
""".replace("SLOTS", str(SLOTS))


class RedisLimiter(FixedLimiter):
    """Keep many machines within common figures, through one Redis server.

    Promises what :class:`~icontact.TokenBucket` does, for all machines together, by the clock of
    the Redis server. Each request costs one round trip to Redis. If the answer of Redis is lost,
    the request is counted twice. A Redis server that fails over may forget the last counts.

    All machines state the same figures; a difference is an error at once. The key expires a little
    later than the longest window after the last request.

    Needs the extra ``redis``, and Redis 5 or newer.

    Args:
        client_or_url: A client of redis-py, or an URL such as ``redis://localhost:6379/0``. The URL
            may hold a password, which is shown nowhere.
        per_minute: The most requests in any 60 seconds.
        per_hour: The most requests in any 3,600 seconds.
        per_day: The most requests in any 86,400 seconds.
        key: The key in Redis. One per iContact account.
        clock: Seconds that never run backwards, to measure waits.
        sleep: Waits for a number of seconds.

    Raises:
        ConfigError: No window is given, a figure is not a positive whole number, the URL is none,
            the key is in use for other figures (also from every method), or Redis cannot be used.
        LimitUnavailable: From every method, if Redis cannot be used any more.
        ImportError: redis-py is not installed.
    """

    def __init__(
        self,
        client_or_url: redis.Redis | str,
        per_minute: int | None = None,
        per_hour: int | None = None,
        per_day: int | None = None,
        *,
        key: str = "icontact",
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        windows = windows_for(per_minute=per_minute, per_hour=per_hour, per_day=per_day)
        super().__init__(windows, clock=clock, sleep=sleep)
        if isinstance(client_or_url, str):
            # It may contain a password.
            client_or_url = Private(client_or_url)
        self._errors, self._client = _client(client_or_url)
        self._key = key
        self._figures = figures_of(windows)
        # A slot more than what is counted, and one for rounding.
        milliseconds_to_live = round(windows[-1].seconds * (SLOTS + 3) / SLOTS * 1000)
        self._about_windows: list[int | str] = [milliseconds_to_live]
        for window in windows:
            self._about_windows += [window.name, round(window.slot_seconds * 1e6), window.figure]
        self._script: Callable[..., list[Any]] = self._client.register_script(_SCRIPT)
        try:
            self._spend(0, 0)
        except LimitUnavailable as error:
            raise ConfigError(str(error)) from None

    def close(self) -> None:
        """Close the connections to Redis."""
        self._client.close()

    def _spend(self, cost: int, ahead: int) -> tuple[bool, Ledger, float]:
        numbers = [cost, ahead, self._figures, *self._about_windows]
        try:
            granted, *rest = self._script(keys=[self._key], args=numbers)
        except self._errors as error:
            reason = f"{type(error).__name__}: {error}"
        else:
            if granted == _OTHER_FIGURES:
                figures = rest[0].decode() if isinstance(rest[0], bytes) else rest[0]
                raise ConfigError(
                    f"the limit {self._key!r} in Redis was made for {figures}, not for "
                    f"{self._figures}: give all machines the same figures, or another key, or "
                    "stop them and delete the key"
                )
            numbers_back = iter(rest)
            now = next(numbers_back) + next(numbers_back) / 1e6
            ledger: dict[str, Counts] = {}
            for window in self._windows if not granted else ():
                pairs = islice(numbers_back, 2 * next(numbers_back))
                ledger[window.name] = dict(zip(pairs, pairs, strict=True))
            return bool(granted), ledger, now
        # Raised here, where nothing leads to the connection and its password.
        raise LimitUnavailable(f"the limit {self._key!r} in Redis cannot be used: {reason}")


def _client(client_or_url: Any) -> tuple[tuple[type[Exception], ...], Any]:
    """Return the errors that a client raises when Redis cannot be used, and the client."""
    try:
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry
    except ImportError:
        raise ImportError('RedisLimiter needs redis-py: pip install "icontact[redis]"') from None

    errors = (redis.RedisError, OSError)
    if not isinstance(client_or_url, str):
        return errors, client_or_url
    try:
        return errors, redis.Redis.from_url(
            client_or_url,
            socket_timeout=_SECONDS_WITHOUT_ANSWER,
            socket_connect_timeout=_SECONDS_WITHOUT_ANSWER,
            # Once more, for connections that the server closed meanwhile.
            retry=Retry(NoBackoff(), 1),
        )
    except ValueError:
        pass  # its text may contain a part of the password
    raise ConfigError("the URL of Redis must look like redis://user:password@host:6379/0")
