"""The bindings of two invented accounts: every kind once."""

A, B = "a" * 32, "b" * 32
STAGING = {
    "workflow/desk": "WW" + A,
    "channel/chat": "TC" + A,
    "flow/shared": "FW" + A,
    "content/hello": "HX" + A,
    "messaging/news": "MG" + A,
    "conversations/main": "IS" + "1" * 32,
    "chat/old": "IS" + "2" * 32,
    "sync/state": "IS" + "3" * 32,
    "assistant/bot": "UA" + A,
    "connector/pay": "Pay test",
    "connector/dialog": "Dialog test",
    "queue/line": "line-test",
    "phone/main": "+15555550101",
    "phone/other": "+15555550102",
    "sip/desk": "sip:desk@test.example",
    "host/api": "api.test.example",
    "url/music": "https://cdn.test.example/music.mp3",
    "function/hours": {
        "url": "https://hours-1-dev.twil.io/check",
        "service": "ZS" + A,
        "environment": "ZE" + A,
        "function": "ZH" + A,
    },
}
PRODUCTION = {
    "workflow/desk": "WW" + B,
    "channel/chat": "TC" + B,
    "flow/shared": "FW" + B,
    "content/hello": "HX" + B,
    "messaging/news": "MG" + B,
    "conversations/main": "IS" + "4" * 32,
    "chat/old": "IS" + "5" * 32,
    "sync/state": "IS" + "6" * 32,
    "assistant/bot": "UA" + B,
    "connector/pay": "Pay live",
    "connector/dialog": "Dialog live",
    "queue/line": "line",
    "phone/main": "+15555550201",
    "phone/other": "+15555550202",
    "sip/desk": "sip:desk@live.example",
    "host/api": "api.live.example",
    "url/music": "https://cdn.live.example/music.mp3",
    "function/hours": {
        "url": "https://hours-2.twil.io/check",
        "service": "ZS" + B,
        "environment": "ZE" + B,
        "function": "ZH" + B,
    },
}
CALLS = {
    "url": "https://hours-1-dev.twil.io/check",
    "service_sid": "ZS" + A,
    "environment_sid": "ZE" + A,
    "function_sid": "ZH" + A,
}
