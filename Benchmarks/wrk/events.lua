-- Load for wrk: posts events from a pool that is made before the clock starts.
--
--   BENCH_KEY    API key
--   BENCH_WORK   w1 | batch | w2
--   BENCH_CHECK  set: look at the status of every response (costs the client time, so only while warming up)
--
-- Prints one line of JSON at the end.

local key, work = os.getenv("BENCH_KEY"), os.getenv("BENCH_WORK")
local paths = {w1 = "/api/v1/events?wait=5s", batch = "/api/v1/events/batch?wait=5s", w2 = "/api/v1/events?wait=30s"}
local countries = {"DE", "FR", "NL", "AT", "PL", "IT", "US", "BR", "JP", "IN"}
local pool, position = {}, 0
local threads = {}

local function order(number)
   local items = math.random(1, 9)
   return string.format(
      '{"event":"bench.order","data":{"order":{"id":"ord-%08d","total":%.2f,"currency":"EUR","items":%d,'
         .. '"express":%s},"customer":{"id":"cus-%06d","country":"%s","orders":%d,"email":"c%06d@shop.example"},'
         .. '"channel":"%s"}}',
      number, math.random(100, 200000) / 100, items, math.random(2) == 1 and "true" or "false",
      math.random(999999), countries[math.random(#countries)], math.random(0, 12), math.random(999999),
      math.random(2) == 1 and "web-storefront" or "mobile-app-ios")
end

local function batch(number)
   local events = {}
   for index = 1, 100 do events[index] = order(number * 100 + index) end
   return '{"events":[' .. table.concat(events, ",") .. "]}"
end

local function job(number)
   return string.format('{"event":"bench.steps","data":{"job":{"id":"job-%08d"}}}', number)
end

function setup(thread)
   table.insert(threads, thread)
end

function init()
   math.randomseed(20240607)
   ok, other = 0, 0
   local make, size = order, 2000
   if work == "batch" then make, size = batch, 50 end
   if work == "w2" then make, size = job, 2000 end
   local headers = {["Authorization"] = "Bearer " .. key, ["Content-Type"] = "application/json"}
   for number = 1, size do
      pool[number] = wrk.format("POST", paths[work], headers, make(number))
   end
end

function request()
   position = position % #pool + 1
   return pool[position]
end

if os.getenv("BENCH_CHECK") then
   function response(status)
      if status == 200 then ok = ok + 1 else other = other + 1 end
   end
end

function done(summary, latency)
   local seen, rest = 0, 0
   for _, thread in ipairs(threads) do
      seen, rest = seen + thread:get("ok"), rest + thread:get("other")
   end
   local errors = summary.errors
   io.write(string.format(
      '\nBENCH {"requests":%d,"seconds":%.6f,"ok":%d,"other":%d,"bad_status":%d,"socket_errors":%d,"timeouts":%d,'
         .. '"p50_ms":%.3f,"p99_ms":%.3f}\n',
      summary.requests, summary.duration / 1e6, seen, rest, errors.status,
      errors.connect + errors.read + errors.write, errors.timeout,
      latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
