/// Definitions that are read without problems.
enum Samples {
    /// The example of the requirement, without the activity that is not built yet.
    static let requirement = """
        workflow_id: refund_guard
        version: 1.2.0
        name: Refund guard
        enabled: true
        trigger: {type: event, event: refund.requested}
        context: {load: [customer.profile]}
        timeout: 2m
        steps:
          - id: small
            type: condition
            condition: {and: [{field: refund.amount, operator: lt, value: 50}, {field: customer.tier, operator: in, value: [gold, silver]}]}
            on_true: pay
            on_false: ask
          - id: ask
            type: action
            action: {type: block, reason: "Refund of {{refund.amount}} needs a person"}
            execute:
              - {type: notify, recipients: ["role:support_lead"], message: "Refund {{refund.id}} waits for you"}
          - id: pay
            type: action
            action: {type: allow}
        """

    /// Every kind of step and activity, and every key.
    static let everything = #"""
        id: everything
        version: 1.10
        name: "Every \"kind\" of step\n🛒"
        description: |
          Two
          lines
        enabled: false
        tags: [orders, "2024"]
        trigger:
          type: event
          event: order.placed
          condition: {field: order.total, operator: gt, value: 100}
        context:
          load: [order.details]
        timeout: 1h30m
        steps:
          - id: ask
            name: Ask the stock
            type: execute
            metadata: {owner: team-a, level: 3}
            timeout: 30s
            retry: {max_attempts: 5, backoff: linear, initial_delay: 500ms, max_delay: 10s, jitter: 0.5, retry_on: [timeout, connection, 5xx, 429]}
            on_error: fallback
            execute:
              - type: http_request
                url: "https://stock.example.com/items/{{order.items[0].sku}}"
                method: POST
                headers: {X-Order: "{{order.id}}"}
                body: {order: "{{order}}", note: "\\{{literal}}", nothing: null}
                expected_status: [200, 201]
                timeout: 5s
                into: stock
                max_response_bytes: 65536
              - {type: set, values: {order.checked: true, 'totals["in cents"]': "{{order.cents}}"}}
              - {type: emit, event: stock.asked, data: {id: "{{order.id}}"}}
              - {type: log, level: info, message: "asked for {{steps.ask.output}} in {{execution.id}}"}
          - id: check
            type: condition
            condition:
              or:
                - not: {field: stock.left, operator: gte, value: "{{order.quantity}}"}
                - {field: order.sku, operator: matches, value: '^[A-Z]{2}-\d+$'}
                - {field: order.coupon, operator: exists}
                - {field: order.gift, operator: exists, value: false}
                - {field: order.tags, operator: contains, value: vip}
                - {field: order.country, operator: not_in, value: [no, de]}
            on_true: spread
            on_false: fallback
          - id: spread
            type: parallel
            strategy: any_can_pass
            steps:
              - {id: left, type: execute, execute: [{type: log, message: left}]}
              - {id: right, type: condition, condition: {field: order.total, operator: lt, value: 10}}
          - id: each
            type: foreach
            items: "{{order.items}}"
            item_var: line
            steps:
              - {id: note, type: execute, execute: [{type: log, message: "{{line.sku}}"}]}
          - id: pause
            type: wait
            duration: 10m
          - id: paid
            type: wait
            event: payment.captured
            match: {order_id: "{{order.id}}", amount: 12.5}
            timeout: 24h
            on_timeout: ask
          - {id: allow, type: decision, decision: allow, reason: "fine", execute: [{type: log, message: bye}]}
          - {id: fallback, type: action, action: {action: block, reason: "no", metadata: {a: 1}}}
        """#

    static let everythingAsJSON = #"""
        {
          "workflow_id": "as_json", "version": 1.10, "name": "\ud83d\uded2 caf\u00e9",
          "definition": {
        	"trigger": {"type": "manual", "data": {"amount": 5}},
            "timeout": "5m",
            "steps": [
              {"id": "a", "type": "execute", "next": null, "execute": [{"type": "log", "message": "{{amount}}\/x"}]},
              {"id": "b", "type": "action", "action": {"type": "execute"}, "execute": [{"type": "emit", "event": "a.b"}]}
            ]
          }
        }
        """#
}
