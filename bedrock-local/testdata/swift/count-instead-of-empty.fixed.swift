func hasMail(_ inbox: Inbox) -> Bool {
    if !inbox.messages.isEmpty {
        return true
    }
    return false
}
