func hasMail(_ inbox: Inbox) -> Bool {
    if inbox.messages.count > 0 {
        return true
    }
    return false
}
