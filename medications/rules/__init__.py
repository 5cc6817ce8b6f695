"""The rules of ward medicine: pure Python, no Django, no clock of their own. They time, compare and order what was
stated; none of them computes, converts, rounds or suggests an amount.
"""
