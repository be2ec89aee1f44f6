-- Feeds distinct verifications: many persons at many doors, a new nonce each. Files and prefix come from the environment.
local doors, persons, count = {}, {}, tonumber(os.getenv("BENCH_START"))

local function lines_of(path)
  local found = {}
  for line in io.lines(path) do found[#found + 1] = line end
  return found
end

function init(args)
  local mode = os.getenv("BENCH_MODE")
  prefix = os.getenv("BENCH_PREFIX")
  path = os.getenv("BENCH_PATH")
  for _, line in ipairs(lines_of(os.getenv("BENCH_DOORS"))) do
    local token, checkpoint = line:match("(%S+) (%S+)")
    doors[#doors + 1] = { token, '","checkpoint":' .. checkpoint .. ',"direction":"entry","temperature":36.5,"nonce":"' }
  end
  for _, line in ipairs(lines_of(os.getenv("BENCH_PERSONS"))) do persons[#persons + 1] = line end
  if mode == "pass" then request = pass end
end

local function post(token, body)
  return "POST " .. path .. " HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer " .. token ..
    "\r\nContent-Type: application/json\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

function request()
  local door = doors[math.floor(count / #persons) % #doors + 1]
  local body = '{"code":"' .. persons[count % #persons + 1] .. door[2] .. prefix .. string.format("%012x", count) .. '"}'
  count = count + 1
  return post(door[1], body)
end

function pass()
  count = count + 1
  return post(persons[count % #persons + 1], '{"anchor":"AAECAwQFBgcICQoLDA0ODw"}')
end
