Node* find(Node* head, int key)
{
    for (Node* node = head; node != NULL; node = node->next) {
        if (node->key == key) {
            return node;
        }
    }
    return nullptr;
}
