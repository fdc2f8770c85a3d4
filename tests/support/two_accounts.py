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

STAGING_ASSETS = {
    "workspaces": [
        {
            "sid": "WS" + A,
            "friendly_name": "Flex",
            "workflows": [{"sid": "WW" + A, "friendly_name": "Front desk"}],
            "task_channels": [{"sid": "TC" + A, "unique_name": "chat", "friendly_name": "Chat"}],
        }
    ],
    "serverless": [
        {
            "sid": "ZS" + A,
            "unique_name": "hours",
            "environments": [
                {
                    "sid": "ZE" + A,
                    "unique_name": "dev",
                    "domain_name": "hours-1-dev.twil.io",
                    "functions": {"/check": "ZH" + A},
                }
            ],
        }
    ],
    "messaging": [{"sid": "MG" + A, "friendly_name": "News"}],
    "conversations": [{"sid": "IS" + "1" * 32, "friendly_name": "Main"}],
    "sync": [{"sid": "IS" + "3" * 32, "unique_name": "state"}],
    "content": [{"sid": "HX" + A, "friendly_name": "hello"}],
    "phone_numbers": [
        {"sid": "PN" + A, "phone_number": "+15555550101", "friendly_name": "Main line"},
        {"sid": "PN" + B, "phone_number": "+15555550102", "friendly_name": "(555) 555-0102"},
    ],
}
PRODUCTION_ASSETS = {
    "workspaces": [
        {
            "sid": "WS" + B,
            "friendly_name": "Flex",
            "workflows": [{"sid": "WW" + B, "friendly_name": "Front desk"}],
            "task_channels": [{"sid": "TC" + B, "unique_name": "chat", "friendly_name": "Chat"}],
        }
    ],
    "serverless": [
        {
            "sid": "ZS" + B,
            "unique_name": "hours",
            "environments": [
                {
                    "sid": "ZE" + B,
                    "unique_name": "live",
                    "domain_name": "hours-2.twil.io",
                    "functions": {"/check": "ZH" + B},
                }
            ],
        }
    ],
    "messaging": [{"sid": "MG" + B, "friendly_name": "News"}, {"sid": "MG" + "c" * 32, "friendly_name": "News"}],
    "conversations": [{"sid": "IS" + "4" * 32, "friendly_name": "Main"}],
    "content": [{"sid": "HX" + B, "friendly_name": "hello"}],
    "phone_numbers": [{"sid": "PN" + B, "phone_number": "+15555550201", "friendly_name": "Main line"}],
}
"""What the APIs of the two accounts list: two Messaging services of one name, and no Sync service, in production."""
