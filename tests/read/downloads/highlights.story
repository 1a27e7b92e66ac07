The council voted late on Tuesday to close the weir.

A hearing will follow.

@highlight

The weir closes

@highlight

A hearing
will follow
