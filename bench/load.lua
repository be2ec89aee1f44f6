-- Feeds distinct verifications: many persons at many doors, a new nonce each. All requests are made before the clock
-- starts, so that the generator takes as little of the machine as it can. Files and numbers come from the environment.
local requests, count = {}, 0

local function lines_of(path)
  local found = {}
  for line in io.lines(path) do found[#found + 1] = line end
  return found
end

local function post(path, token, body)
  return "POST " .. path .. " HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer " .. token ..
    "\r\nContent-Type: application/json\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

function init(args)
  local path, prefix, start = os.getenv("BENCH_PATH"), os.getenv("BENCH_PREFIX"), tonumber(os.getenv("BENCH_START"))
  local persons = lines_of(os.getenv("BENCH_PERSONS"))
  if os.getenv("BENCH_MODE") == "pass" then
    for at, token in ipairs(persons) do requests[at] = post(path, token, '{"anchor":"AAECAwQFBgcICQoLDA0ODw"}') end
    return
  end
  local doors = lines_of(os.getenv("BENCH_DOORS"))
  for at = start, start + tonumber(os.getenv("BENCH_COUNT")) - 1 do
    local token, checkpoint = doors[math.floor(at / #persons) % #doors + 1]:match("(%S+) (%S+)")
    requests[at - start + 1] = post(path, token,
      '{"code":"' .. persons[at % #persons + 1] .. '","checkpoint":' .. checkpoint ..
      ',"direction":"entry","temperature":36.5,"nonce":"' .. prefix .. string.format("%012x", at) .. '"}')
  end
end

function request()
  count = count + 1
  return requests[count] or requests[(count - 1) % #requests + 1]
end
